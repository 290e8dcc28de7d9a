/** A small module that implements the ABI of src/bridge/abi.h, put together octet by octet. */

const i32 = 0x7f;
const f64 = 0x7c;
/** Where input goes, and where the one output and the last error stand. */
const input = 4096;
const pending = 16;
const output = 64;
const failure = 128;
const failureHead = 256;

const leb = (value: number): number[] => {
  const octets: number[] = [];
  let rest = value;
  for (;;) {
    const octet = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && !(octet & 0x40)) || (rest === -1 && (octet & 0x40) !== 0);
    octets.push(done ? octet : octet | 0x80);
    if (done) return octets;
  }
};
const unsigned = (value: number): number[] => {
  const octets: number[] = [];
  let rest = value;
  do {
    octets.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    rest >>>= 7;
  } while (rest > 0);
  return octets;
};
const text = (value: string): number[] => {
  const octets = [...new TextEncoder().encode(value)];
  return [...unsigned(octets.length), ...octets];
};
const vector = (items: number[][]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];

const local = (index: number): number[] => [0x20, index];
const constant = (value: number): number[] => [0x41, ...leb(value)];
const store = (address: number, value: number[]): number[] => [
  ...constant(address),
  ...value,
  0x36,
  2,
  0,
];
const infinity = [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f];
const unreachable = 0x00;
const when = (condition: number[], then: number[]): number[] => [
  ...condition,
  0x04,
  0x40,
  ...then,
  0x0b,
];
const plus = (a: number[], b: number[]): number[] => [...a, ...b, 0x6a];
const equals = (a: number[], b: number[]): number[] => [...a, ...b, 0x46];

interface Func {
  readonly name: string;
  readonly parameters: number[];
  readonly results: number[];
  readonly body: number[];
}

export interface ModuleOptions {
  readonly version?: number;
  readonly without?: string;
  readonly withImport?: boolean;
  /** The kind of the outputs. */
  readonly kind?: number;
  /** Also export `sipml_call_function`, which traps. */
  readonly functions?: boolean;
}

/** The last error that the module gives. */
export const lastError = {
  code: "invalid_argument",
  argument: "uri",
  message: "the URI has no host",
} as const;

/**
 * Echoes: each command comes back as one output with the same head and body. An empty
 * configuration `{}` is refused with -2; a body of 3 octets traps; input beyond the first page
 * grows the memory.
 */
export function assemble(options: ModuleOptions = {}): Uint8Array<ArrayBuffer> {
  const { version = 1, without, withImport = false, kind = 2, functions: traps = false } = options;
  const echo = [
    ...when(equals(local(2), constant(3)), [unreachable]),
    ...store(output, constant(kind)),
    ...store(output + 4, constant(0)),
    ...store(output + 8, constant(input)),
    ...store(output + 12, local(1)),
    ...store(output + 16, plus(constant(input), local(1))),
    ...store(output + 20, local(2)),
    ...store(pending, constant(output)),
    ...constant(0),
  ];
  const ok = constant(0);
  const all: Func[] = [
    { name: "sipml_abi_version", parameters: [], results: [i32], body: constant(version) },
    {
      name: "sipml_input_buffer",
      parameters: [i32],
      results: [i32],
      body: [
        ...when([...local(0), ...constant(60000), 0x4b], [...constant(2), 0x40, 0, 0x1a]),
        ...constant(input),
      ],
    },
    { name: "sipml_last_error", parameters: [], results: [i32], body: constant(failure) },
    {
      name: "sipml_agent_create",
      parameters: [i32],
      results: [i32],
      body: [...constant(-2), ...constant(7), ...equals(local(0), constant(2)), 0x1b],
    },
    { name: "sipml_agent_destroy", parameters: [i32], results: [], body: [] },
    { name: "sipml_agent_connected", parameters: [i32, f64], results: [i32], body: ok },
    { name: "sipml_agent_disconnected", parameters: [i32, f64], results: [i32], body: ok },
    { name: "sipml_agent_receive", parameters: [i32, i32, f64], results: [i32], body: ok },
    { name: "sipml_agent_command", parameters: [i32, i32, i32, f64], results: [i32], body: echo },
    { name: "sipml_agent_timer_fired", parameters: [i32, f64], results: [i32], body: ok },
    { name: "sipml_agent_deadline", parameters: [i32], results: [f64], body: infinity },
    {
      name: "sipml_agent_poll",
      parameters: [i32],
      results: [i32],
      body: [...constant(pending), 0x28, 2, 0, ...store(pending, constant(0))],
    },
    { name: "sipml_parse_address", parameters: [i32], results: [i32], body: constant(0) },
    { name: "sipml_mend_message", parameters: [i32], results: [i32], body: constant(0) },
  ];
  if (traps) {
    const parameters = [i32, i32, i32];
    all.push({ name: "sipml_call_function", parameters, results: [i32], body: [unreachable] });
  }
  const functions = all.filter(({ name }) => name !== without);
  const imported = withImport ? 1 : 0;
  const types = functions.map(({ parameters, results }) => [
    0x60,
    ...vector(parameters.map((type) => [type])),
    ...vector(results.map((type) => [type])),
  ]);
  const exports = functions.map(({ name }, index) => [
    ...text(name),
    0,
    ...unsigned(index + imported),
  ]);
  const bodies = functions.map(({ body }) => {
    const code = [0, ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  const head = new TextEncoder().encode(JSON.stringify(lastError));
  const word = (value: number): number[] => [...new Uint8Array(new Uint32Array([value]).buffer)];
  const data = (address: number, octets: number[]): number[] => [
    0,
    ...constant(address),
    0x0b,
    ...unsigned(octets.length),
    ...octets,
  ];
  const failed = [0, 0, failureHead, head.length, 0, 0].flatMap(word);
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...(withImport ? section(2, vector([[...text("env"), ...text("now"), 0, 0]])) : []),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(5, vector([[0, 1]])),
    ...section(7, vector([[...text("memory"), 2, 0], ...exports])),
    ...section(10, vector(bodies)),
    ...section(11, vector([data(failure, failed), data(failureHead, [...head])])),
  ]);
}
