/** Above the rows: find, fold, narrow to the critical path, zoom. */
import { ActionIcon, Switch, TextInput, Tooltip } from "@mantine/core";
import {
  IconArrowsHorizontal,
  IconFold,
  IconSearch,
  IconX,
  IconZoomIn,
  IconZoomOut,
  IconArrowAutofitHeight,
} from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { Folding } from "@/logic/run_rows";
import { zoomed, type View } from "@/logic/run_scale";
import { told } from "@/logic/search";
import { strings } from "@/strings";

import classes from "./waterfall.module.css";

const words = strings.run.waterfall;

interface ToolsProps {
  folding: Folding;
  onFolding: (folding: Folding) => void;
  /** How many nodes match what is looked for. */
  found: number | null;
  view: View;
  length: number;
  onView: (view: View | null) => void;
}

export function Tools({ onFolding, found, view, length, onView }: ToolsProps) {
  const { find = "", only } = useSearch({ strict: false });
  const navigate = useNavigate();
  const ask = (more: { find?: string | undefined; only?: "path" | undefined }) =>
    void navigate({ to: ".", search: (old) => told({ ...old, ...more }), replace: true, resetScroll: false });
  const zoom = (factor: number) => {
    onView(zoomed(view, factor, (view.from + view.to) / 2, length));
  };
  return (
    <div className={classes.tools}>
      <TextInput
        size="xs"
        className={classes.find}
        aria-label={words.find}
        placeholder={words.find}
        leftSection={<IconSearch size={14} aria-hidden="true" />}
        rightSection={
          find && (
            <ActionIcon
              size="xs"
              variant="subtle"
              color="gray"
              aria-label={strings.common.close}
              onClick={() => {
                ask({ find: undefined });
              }}
            >
              <IconX size={12} />
            </ActionIcon>
          )
        }
        value={find}
        onChange={(event) => {
          ask({ find: event.currentTarget.value || undefined });
        }}
      />
      <span role="status" className={classes.found}>
        {found === null ? "" : words.found(found)}
      </span>
      <Switch
        size="xs"
        label={words.only}
        checked={only === "path"}
        onChange={(event) => {
          ask({ only: event.currentTarget.checked ? "path" : undefined });
        }}
      />
      <span className={classes.buttons}>
        <Tool
          name={words.expand}
          onClick={() => {
            onFolding({ base: "all", changed: new Set() });
          }}
        >
          <IconArrowAutofitHeight size={16} />
        </Tool>
        <Tool
          name={words.collapse}
          onClick={() => {
            onFolding({ base: "none", changed: new Set() });
          }}
        >
          <IconFold size={16} />
        </Tool>
        <span className={classes.gap} />
        <Tool
          name={words.zoomIn}
          onClick={() => {
            zoom(0.5);
          }}
        >
          <IconZoomIn size={16} />
        </Tool>
        <Tool
          name={words.zoomOut}
          onClick={() => {
            zoom(2);
          }}
        >
          <IconZoomOut size={16} />
        </Tool>
        <Tool
          name={words.whole}
          onClick={() => {
            onView(null);
          }}
        >
          <IconArrowsHorizontal size={16} />
        </Tool>
      </span>
    </div>
  );
}

function Tool({ name, onClick, children }: { name: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={name} openDelay={400}>
      <ActionIcon variant="subtle" color="gray" size="md" aria-label={name} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
