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

/** A new element: its class and its text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  content = "",
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.textContent = content;
  return element;
}

/** The symbol of the page with this name. */
export function makeIcon(symbol: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#${symbol}`);
  svg.append(use);
  return svg;
}

/** A button that shows an icon and is called `label`. */
export function makeIconButton(symbol: string, label: string, onClick: () => void): HTMLButtonElement {
  const button = make("button", "icon-button");
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.title = label;
  button.append(makeIcon(symbol));
  button.addEventListener("click", onClick);
  return button;
}

/** Gives a file to the person in front of the page. */
export function saveFile(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken what it needs when the click returns, except where it asks first.
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
