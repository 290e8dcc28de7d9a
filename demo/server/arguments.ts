/** The command line of serve.mjs. */

export interface Arguments {
  /** Undefined: 8080, or the next free port. */
  readonly port: number | undefined;
  /** Undefined: localhost only. */
  readonly host: string | undefined;
  /** Passwords by user name. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Whether requests inside dialogs of users with an account are challenged, too. */
  readonly challengeInDialogs: boolean;
  readonly help: boolean;
}

export const USAGE = `Serves the pages and a SIP server for development on one port.

  --port N                 the port; 0 takes any free one (default 8080, or the next free one)
  --host H                 the address to listen on (default: localhost only)
  --account USER:PASSWORD  a user with a fixed password; may be given several times. Everybody
                           else is held to the first password that they log in with
  --challenge-in-dialogs   asks users with an account for their password in requests of calls
                           that are set up, too
`;

/** An argument that cannot be used. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError that names the argument. */
export function parseArguments(args: readonly string[]): Arguments {
  let port: number | undefined;
  let host: string | undefined;
  let help = false;
  let challengeInDialogs = false;
  // No prototype: any name may be a user's.
  const accounts = Object.create(null) as Record<string, string>;
  const rest = args.flatMap((arg) => {
    const option = /^(--[a-z-]+)=(.*)$/s.exec(arg);
    return option ? [option[1] ?? "", option[2] ?? ""] : [arg];
  });
  while (rest.length > 0) {
    const name = rest.shift();
    if (name === "--help" || name === "-h") {
      help = true;
      continue;
    }
    if (name === "--challenge-in-dialogs") {
      challengeInDialogs = true;
      continue;
    }
    if (name !== "--port" && name !== "--host" && name !== "--account") {
      throw new UsageError(`unknown argument ${name ?? ""}`);
    }
    const value = rest.shift();
    if (value === undefined || value === "") throw new UsageError(`${name} needs a value`);
    if (name === "--host") {
      host = value;
    } else if (name === "--port") {
      port = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
      if (!(port <= 65535)) throw new UsageError(`--port ${value} is not from 0 to 65535`);
    } else {
      const colon = value.indexOf(":");
      if (colon < 1 || colon === value.length - 1) {
        throw new UsageError("--account needs USER:PASSWORD");
      }
      accounts[value.slice(0, colon)] = value.slice(colon + 1);
    }
  }
  return { port, host, accounts, challengeInDialogs, help };
}
