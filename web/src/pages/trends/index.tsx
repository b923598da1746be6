/** How figures went, and two sides beside each other: which part is seen stands in the address. */
import { SegmentedControl } from "@mantine/core";

import { strings } from "@/strings";
import { useWorkflow } from "@/ui/use_workflow";
import { WorkflowFrame } from "@/ui/workflow_frame";

import { useAsk, useAsked } from "./address";
import { ComparePart } from "./compare_part";
import { TrendsPart } from "./trends_part";
import classes from "./trends.module.css";

const words = strings.trends.parts;

export default function Trends() {
  const of = useWorkflow();
  const { view } = useAsked();
  const ask = useAsk();
  return (
    <WorkflowFrame of={of}>
      <div className={classes.parts}>
        <SegmentedControl
          size="sm"
          aria-label={words.label}
          data={[
            { value: "trends", label: words.trends },
            { value: "compare", label: words.compare },
          ]}
          value={view ?? "trends"}
          onChange={(chosen) => {
            ask({ view: chosen === "compare" ? "compare" : undefined }, true);
          }}
        />
      </div>
      {view === "compare" ? <ComparePart of={of} /> : <TrendsPart of={of} />}
    </WorkflowFrame>
  );
}
