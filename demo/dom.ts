/** Typed access to the elements of the page; a missing element is an error of the page. */

export function byId<T extends Element>(id: string, kind: abstract new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} with id "${id}"`);
  return element;
}

/** Writes the text of a button that also holds an icon, or of any element without `.label`. */
export function setLabel(element: Element, value: string): void {
  const label = element.querySelector(".label") ?? element;
  label.textContent = value;
}

/** Chooses the `<symbol>` that the button's icon shows. */
export function setIcon(element: Element, symbol: string): void {
  element.querySelector("use")?.setAttribute("href", `#${symbol}`);
}

export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
