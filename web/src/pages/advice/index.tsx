/** What to change in all workflows, the most worth in a month first. */
import { useState } from "react";

import { strings } from "@/strings";
import { Page } from "@/ui/page";

import { Board } from "./board";
import { Filters } from "./filters";

export default function Advice() {
  const [said, say] = useState("");
  return (
    <Page title={strings.advice.title} actions={<Filters />}>
      <Board of={null} said={said} say={say} />
    </Page>
  );
}
