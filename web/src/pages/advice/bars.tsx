/** Bars of one figure on one scale: their values, and the intervals that they are known within. */
import { placed, toneOf, type Bar, type PlacedBar } from "@/charts/before_after";
import { inUnit } from "@/logic/format";

import classes from "./bars.module.css";

interface BarsProps {
  /** All of it in words. */
  label: string;
  unit: string;
  bars: readonly Bar[];
}

export function Bars({ label, unit, bars }: BarsProps) {
  return (
    <div role="img" aria-label={label} className={classes.bars} data-tone={toneOf(unit)}>
      {placed(bars).map((bar) => (
        <Row key={bar.name} bar={bar} unit={unit} />
      ))}
    </div>
  );
}

const at = ({ left, width }: { left: number; width: number }) => ({ left: `${left}%`, width: `${width}%` });

function Row({ bar, unit }: { bar: PlacedBar; unit: string }) {
  return (
    <>
      <span className={classes.name}>{bar.name}</span>
      <span className={classes.track}>
        {bar.ghost && <span className={classes.ghost} style={at(bar.ghost)} />}
        <span className={classes.fill} data-kind={bar.kind} style={{ width: `${bar.width}%` }} />
        {bar.interval && <span className={classes.interval} style={at(bar.interval)} />}
      </span>
      <span className={classes.value}>
        <strong>{inUnit(bar.value, unit)}</strong>
        {bar.interval && (
          <span className="lp-dim">
            {" "}
            {inUnit(bar.low, unit)} to {inUnit(bar.high, unit)}
          </span>
        )}
      </span>
    </>
  );
}
