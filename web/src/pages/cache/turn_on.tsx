import { Modal, SegmentedControl } from "@mantine/core";
import { useState } from "react";

import type { UncachedNode } from "@/api/cache";
import type { Workflow } from "@/api/queries";
import { remedyOf } from "@/logic/cache_promise";
import { strings } from "@/strings";

import classes from "./cache.module.css";
import { CacheWays } from "./ways";

const words = strings.cache.turnOn;

interface TurnOnProps {
  of: Workflow;
  /** Null: it is closed. */
  node: UncachedNode | null;
  close: () => void;
}

export function TurnOn({ of, node, close }: TurnOnProps) {
  return (
    <Modal
      opened={node !== null}
      onClose={close}
      size="lg"
      title={node && (remedyOf(node.verdict) === "shadow" ? words.shadow : words.on)(node.node_id)}
      closeButtonProps={{ "aria-label": strings.common.close }}
    >
      {node && <Body of={of} node={node} key={node.node_id} />}
    </Modal>
  );
}

function Body({ of, node }: { of: Workflow; node: UncachedNode }) {
  const [mode, setMode] = useState<"on" | "shadow">(remedyOf(node.verdict) === "shadow" ? "shadow" : "on");
  return (
    <div className={classes.turnOn}>
      <SegmentedControl
        size="xs"
        aria-label={words.mode}
        value={mode}
        data={[
          { value: "shadow", label: words.modeShadow },
          { value: "on", label: words.modeOn },
        ]}
        onChange={(chosen) => {
          setMode(chosen === "on" ? "on" : "shadow");
        }}
      />
      <p className={classes.prose}>{mode === "on" ? words.onText : words.shadowText}</p>
      <CacheWays
        wanted={{
          ...{ app: of.app_id, workflow: of.workflow_id, node: node.node_id, nodeType: node.node_type, mode },
          ttlHours: node.advice?.ttl_hours ?? null,
          server: window.location.origin,
        }}
      />
    </div>
  );
}
