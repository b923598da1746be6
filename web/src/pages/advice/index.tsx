/** What to change in all workflows, the most worth in a month first. */
import { strings } from "@/strings";
import { Page } from "@/ui/page";

import { Board } from "./board";
import { Filters } from "./filters";

export default function Advice() {
  return (
    <Page title={strings.advice.title} actions={<Filters />}>
      <Board of={null} />
    </Page>
  );
}
