// The modules' sentences: Korean is the source; on an English page words-en.js has laid their English ready.

/** The sentence in the reader's language, `{name}` filled from values. */
export function gettext(korean, values = {}) {
  const sentence = globalThis.sotongWords?.[korean] ?? korean;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
