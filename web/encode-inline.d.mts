export declare const characters: string;
export declare function encodeInline(bytes: Uint8Array): string;
