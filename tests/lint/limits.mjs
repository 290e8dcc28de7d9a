/** Every limit has its row in the test that tries each on both sides. */

const limitsFile = "src/base/limits.hpp";
const testFile = "tests/unit/hostile/limits_test.cpp";

function run(files) {
  const text = (path) => files.find((file) => file.path === path)?.text ?? "";
  const names = (path, pattern) => [...text(path).matchAll(pattern)].map((match) => match[1]);
  const rows = new Set(names(testFile, /\bROW\((\w+)\)/g));
  const limits = names(limitsFile, /\bconstexpr\s+[\w:]+\s+(\w+)\s*=/g);
  if (limits.length === 0) return [`${limitsFile}: no constant was found`];
  return limits
    .filter((name) => !rows.has(name))
    .map((name) => `${testFile}: there is no ROW(${name})`);
}

const limits = (name) => ({
  path: limitsFile,
  text: `inline constexpr std::size_t ${name} = 8;`,
});

export const checks = [
  {
    name: "every limit is tested",
    run,
    samples: [
      [limits("uri_size"), { path: testFile, text: "ROW(uri_count)," }],
      [limits("uri_size")],
      [{ path: testFile, text: "ROW(uri_size)," }],
    ],
  },
];
