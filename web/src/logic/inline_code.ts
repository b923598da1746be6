/** Text with `code` in backticks, in its parts: what is between a pair is code, a single backtick is a letter. */
export interface TextPart {
  text: string;
  isCode: boolean;
}

export function codeParts(text: string): TextPart[] {
  return text
    .split(/(`[^`\n]+`)/)
    .filter((part) => part !== "")
    .map((part) =>
      /^`[^`]+`$/.test(part) ? { text: part.slice(1, -1), isCode: true } : { text: part, isCode: false },
    );
}
