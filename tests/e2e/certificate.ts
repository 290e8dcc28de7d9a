/** A self-signed certificate for localhost, made by openssl at run time. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

export interface Certificate {
  readonly key: string;
  readonly certificate: string;
}

/** Writes key.pem and cert.pem into `folder` and returns their paths. */
export function makeCertificate(folder: string): Certificate {
  const key = join(folder, "key.pem");
  const certificate = join(folder, "cert.pem");
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "7",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=DNS:localhost,IP:127.0.0.1",
      "-keyout",
      key,
      "-out",
      certificate,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  return { key, certificate };
}
