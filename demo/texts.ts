/**
 * The texts of the pages in the reader's language: the one chosen on the page, else the first that
 * the browser asks for. `{name}` in a text is replaced by the value of that name. A new language is
 * one more catalogue in LANGUAGES.
 */
import { load, onChangeElsewhere, save } from "./storage.js";
import { en } from "./texts/en.js";
import { zh } from "./texts/zh.js";

export type TextKey = keyof typeof en;
export type Catalogue = Readonly<Record<TextKey, string>>;
export type TextValues = Readonly<Record<string, string | number>>;

/** By language tag (RFC 5646). The first is the one for everybody else. */
export const LANGUAGES: ReadonlyMap<string, Catalogue> = new Map<string, Catalogue>([
  ["en", en],
  ["zh-Hans", zh],
]);

function primary(tag: string): string {
  return tag.split("-")[0]?.toLowerCase() ?? "";
}

/** `stored`: what the reader chose once, or ""; `wanted`: what the browser asks for, in order. */
export function chooseLanguage(stored: string, wanted: readonly string[]): string {
  const known = [...LANGUAGES.keys()];
  for (const tag of [stored, ...wanted]) {
    const found = known.find((candidate) => primary(candidate) === primary(tag));
    if (found !== undefined) return found;
  }
  return "en";
}

const listeners: (() => void)[] = [];

function choose(): string {
  return chooseLanguage(load("language"), globalThis.navigator?.languages ?? []);
}

let current = choose();

/** The language tag of the texts that are shown. */
export function language(): string {
  return current;
}

/** Calls `listener` after the language has changed: texts made by programs are to be made anew. */
export function onLanguage(listener: () => void): void {
  listeners.push(listener);
}

function show(tag: string): void {
  if (tag === current) return;
  current = tag;
  applyTexts(document);
  for (const listener of listeners) listener();
}

/** Puts the reader's choice of language into `select` and follows it, here and in other tabs. */
export function offerLanguages(select: HTMLSelectElement): void {
  for (const [tag, catalogue] of LANGUAGES) {
    const option = new Option(catalogue.languageName, tag);
    option.lang = tag;
    select.append(option);
  }
  select.value = current;
  select.addEventListener("change", () => {
    save("language", select.value);
    show(select.value);
  });
  onChangeElsewhere(["language"], () => {
    show(choose());
    select.value = current;
  });
}

function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}

/** The text of `key` in the reader's language, with `{name}` replaced from `values`. */
export function text(key: TextKey, values: TextValues = {}): string {
  const catalogue = LANGUAGES.get(current) ?? en;
  return catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/**
 * Fills the elements of `root` that name a text: `data-text` for the content, `data-text-label`,
 * `data-text-placeholder` and `data-text-title` for the attributes. Unknown names throw, so that a
 * wrong page is noticed the first time it is opened.
 */
export function applyTexts(root: Document): void {
  root.documentElement.lang = current;
  const targets: readonly (readonly [string, (element: Element, value: string) => void])[] = [
    ["data-text", (element, value) => (element.textContent = value)],
    ["data-text-label", (element, value) => element.setAttribute("aria-label", value)],
    ["data-text-placeholder", (element, value) => element.setAttribute("placeholder", value)],
    ["data-text-title", (element, value) => element.setAttribute("title", value)],
  ];
  for (const [attribute, write] of targets) {
    for (const element of root.querySelectorAll(`[${attribute}]`)) {
      const key = element.getAttribute(attribute) ?? "";
      if (!isTextKey(key)) throw new Error(`the page names an unknown text "${key}"`);
      write(element, text(key));
    }
  }
}
