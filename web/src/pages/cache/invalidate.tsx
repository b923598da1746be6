/** Taking entries out: which, how many that would be, and only then, asked once more, doing it. */
import { useState } from "react";

import type { CacheStatistics } from "@/api/cache";
import type { Workflow } from "@/api/queries";
import { criteriaOf, EMPTY, type Form } from "@/logic/cache_criteria";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";

import { Expired } from "./expired";
import { CriteriaForm } from "./criteria_form";
import { Preview } from "./preview";

const words = strings.cache.invalidate;

export function Invalidate({ of, found }: { of: Workflow; found: CacheStatistics }) {
  const [form, setForm] = useState<Form>(EMPTY);
  const types = [...new Set(found.by_node_type.map((each) => each.node_type))].filter(Boolean);
  return (
    <Panel title={words.title} hint={words.hint}>
      <CriteriaForm of={of} types={types} form={form} change={setForm} />
      <Preview of={of} which={criteriaOf(form)} />
      <Expired of={of} />
    </Panel>
  );
}
