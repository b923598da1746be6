import { codeParts } from "@/logic/inline_code";

import classes from "./inline_code.module.css";

/** Other people's text; `what is in backticks` as code. */
export function InlineCode({ text }: { text: string }) {
  return codeParts(text).map((part, place) =>
    part.isCode ? (
      <code key={place} className={classes.code}>
        {part.text}
      </code>
    ) : (
      part.text
    ),
  );
}
