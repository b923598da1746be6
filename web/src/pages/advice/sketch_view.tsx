/** Draws a sketch: lanes of pieces, as it is now and with the change, on one scale. */
import { reach, type Lane, type Piece, type Sketch } from "@/logic/advice_sketch";
import { strings } from "@/strings";

import classes from "./sketch.module.css";

const words = strings.advice.sketch;

export function SketchView({ sketch, title }: { sketch: Sketch; title: string }) {
  const whole = reach(sketch);
  const named = [...sketch.before, ...sketch.after].some((lane) => lane.name !== "");
  const ended = [...sketch.before, ...sketch.after].some((lane) => lane.end !== undefined);
  return (
    <figure className={classes.sketch}>
      <div
        role="img"
        aria-label={`${title}. ${spoken(sketch)}`}
        className={classes.sides}
        data-named={named || undefined}
        data-ended={ended || undefined}
      >
        <Side name={words.before} lanes={sketch.before} whole={whole} />
        {sketch.after.length > 0 && <Side name={words.after} lanes={sketch.after} whole={whole} />}
      </div>
      <figcaption>{sketch.note}</figcaption>
    </figure>
  );
}

interface SideProps {
  name: string;
  lanes: readonly Lane[];
  whole: number;
}

function Side({ name, lanes, whole }: SideProps) {
  return (
    <div className={classes.side}>
      <span className={classes.name}>{name}</span>
      <div className={classes.lanes}>
        {lanes.map((lane, place) => (
          <div key={place} className={classes.lane}>
            <span className={classes.step} title={lane.name}>
              {lane.name}
            </span>
            <span className={classes.track}>
              {lane.pieces.map((piece, at) => (
                <PieceView key={at} piece={piece} whole={whole} />
              ))}
            </span>
            <span className={classes.end}>{lane.end}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** About which share of the width a letter takes, and the room beside a word. */
const LETTER = 0.0125;
const ROOM = 0.03;

function PieceView({ piece, whole }: { piece: Piece; whole: number }) {
  const share = (piece.to - piece.from) / whole;
  return (
    <span
      className={classes.piece}
      data-kind={piece.kind}
      style={{ left: `${(piece.from / whole) * 100}%`, width: `${share * 100}%` }}
      title={piece.label}
    >
      {piece.label !== undefined && share >= LETTER * piece.label.length + ROOM && <span>{piece.label}</span>}
    </span>
  );
}

function spoken({ before, after, note }: Sketch): string {
  const side = (name: string, lanes: readonly Lane[]) =>
    `${name}: ${lanes.map(laneSpoken).filter(Boolean).join("; ")}.`;
  return [side(words.before, before), after.length > 0 ? side(words.after, after) : "", note].join(" ");
}

function laneSpoken(lane: Lane): string {
  const told = [...new Set(lane.pieces.flatMap((piece) => piece.label ?? []))].join(", ");
  return [lane.name, told, lane.end].filter(Boolean).join(" ");
}
