/** Having a workflow analysed at once: the button, and what went wrong. */
import { Button } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";

import { strings } from "@/strings";
import { Failed } from "@/ui/states";

import type { Analysis } from "./use_actions";

const words = strings.advice;

export function AnalyseButton({ analysis }: { analysis: Analysis }) {
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconSearch size={15} aria-hidden="true" />}
        loading={analysis.isRunning}
        onClick={analysis.run}
      >
        {words.actions.analyse}
      </Button>
      <span role="status" className="lp-hidden">
        {analysis.isRunning ? words.actions.analysing(analysis.days) : ""}
      </span>
    </>
  );
}

export function AnalyseFailed({ analysis }: { analysis: Analysis }) {
  return analysis.error && !analysis.isRunning ? (
    <Failed error={analysis.error} retry={analysis.run} />
  ) : null;
}
