/** How loud: from what is stored, safely. */

export const FULL_VOLUME = 100;

/** Percent; what is no number is full volume. */
export function parseVolume(source: string): number {
  const value = source.trim() === "" ? FULL_VOLUME : Number(source);
  if (!Number.isFinite(value)) return FULL_VOLUME;
  return Math.min(FULL_VOLUME, Math.max(0, Math.round(value)));
}
