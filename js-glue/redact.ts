/** Descriptions as they may be shown, by the rule of src/message/redact.hpp. */

const secrets =
  /^(a=(?:acap:[^\r\n]*?)?ice-pwd:|k=|a=(?:acap|crypto):[^\r\n]*?inline:)[^\r\n]*/gm;

/** A description without what protects its media: ICE passwords and keys. */
export function redactSdp(sdp: string): string {
  return sdp.replace(secrets, "$1***");
}
