/** demo/texts: every language says everything, the pages name only what is there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LANGUAGES, chooseLanguage } from "../../demo/texts.js";
import { en } from "../../demo/texts/en.js";

const placeholders = (words: string): string[] => [...words.matchAll(/\{\w+\}/g)].map(String).sort();

for (const [language, catalogue] of LANGUAGES) {
  test(`${language}: the same texts with the same places to fill`, () => {
    assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(en).sort());
    for (const [key, words] of Object.entries(catalogue)) {
      assert.notEqual(words.trim(), "", key);
      assert.deepEqual(placeholders(words), placeholders(en[key as keyof typeof en]), key);
    }
  });
}

test("Chinese is Chinese: nothing but names, examples and pure placeholders stays Latin", () => {
  const zh = LANGUAGES.get("zh-Hans");
  const same = Object.entries(en).filter(([key, words]) => zh?.[key as keyof typeof en] === words);
  assert.deepEqual(
    same.map(([key]) => key).sort(),
    ["appName", "bandwidthExample", "historyAnswered", "unnamedDevice", "videoSizeExample"],
  );
});

for (const page of ["call.htm", "expert.htm"]) {
  test(`${page}: each text that it names exists, and each id is unique`, () => {
    const html = readFileSync(`demo/${page}`, "utf8");
    const named = [...html.matchAll(/data-text(?:-\w+)?="([^"]*)"/g)].map(([, key]) => key ?? "");
    assert.ok(named.length > 20);
    for (const key of named) assert.ok(Object.hasOwn(en, key), key);
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
}

test("the language: what was chosen, else what the browser wants, else English", () => {
  assert.equal(chooseLanguage("", ["zh-CN", "en"]), "zh-Hans");
  assert.equal(chooseLanguage("", ["fr", "de", "en-GB", "zh"]), "en");
  assert.equal(chooseLanguage("en", ["zh-TW"]), "en");
  assert.equal(chooseLanguage("zh-Hans", ["en"]), "zh-Hans");
  assert.equal(chooseLanguage("klingon", ["fr"]), "en");
});
