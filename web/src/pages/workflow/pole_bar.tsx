/** All critical time as one bar: a piece per node, the longest lit; hatched where nothing ran. */
import { Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { Part } from "@/logic/critical_nodes";
import { percent } from "@/logic/format";
import { strings } from "@/strings";

import classes from "./pole.module.css";
import { withNode } from "./use_ask";

const words = strings.workflow.pole;
/** Narrower pieces have no room for a word. */
const LEAST_NAMED = 0.13;

interface PoleBarProps {
  parts: readonly Part[];
  longest: Part;
}

export function PoleBar({ parts, longest }: PoleBarProps) {
  return (
    <ul className={classes.bar} aria-label={words.bar}>
      {parts.map((part, place) => (
        <li key={place} style={{ flexGrow: part.share }}>
          <Tooltip label={`${nameOf(part)}: ${percent(part.share)}`}>
            <Piece part={part} isLongest={part === longest} />
          </Tooltip>
        </li>
      ))}
    </ul>
  );
}

function nameOf(part: Part): string {
  if (part.kind === "node") return part.node.node_title;
  return part.kind === "waiting" ? words.waiting[part.waiting] : words.rest(part.count);
}

function Piece({ part, isLongest, ...more }: { part: Part; isLongest: boolean }) {
  const word = part.share >= LEAST_NAMED ? nameOf(part) : "";
  const told = `${nameOf(part)}: ${percent(part.share)}`;
  const plain = {
    ...more,
    className: classes.piece,
    "data-kind": part.kind,
    "data-longest": isLongest || undefined,
    "data-nameless": word === "" || undefined,
  };
  if (part.kind !== "node")
    return (
      <span {...plain}>
        {word}
        <span className="lp-hidden">{told}</span>
      </span>
    );
  return (
    <Link {...plain} to="." search={withNode(part.node)} resetScroll={false} aria-label={told}>
      {word}
    </Link>
  );
}
