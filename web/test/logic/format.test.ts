import { describe, expect, it } from "vitest";

import { bytes, change, count, duration, inUnit, money, percent, significant } from "@/logic/format";

describe("quantities as people read them", () => {
  it.each([
    [null, "–"],
    [0, "0 s"],
    [0.00000084, "0.84 µs"],
    [0.0123, "12.3 ms"],
    [0.9999, "1 s"],
    [1.25, "1.25 s"],
    [99.96, "1 min 40 s"],
    [3599.6, "1 h"],
    [7500, "2 h 5 min"],
    [273_600, "3 d 4 h"],
    [-0.5, "−500 ms"],
  ])("a duration of %s s is %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
  it.each([
    [0, "$0"],
    [0.0042, "$0.0042"],
    [0.5, "$0.5"],
    [12.3, "$12.30"],
    [1240.4, "$1,240"],
    [-3, "−$3.00"],
  ])("%s dollars are %s", (usd, words) => {
    expect(money(usd)).toBe(words);
  });
  it("counts are shortened from ten thousand on", () => {
    expect([950, 9999, 12_345, 999_600, 4_560_000].map(count)).toEqual([
      "950",
      "9,999",
      "12.3k",
      "1M",
      "4.56M",
    ]);
  });
  it("a share is never called all or nothing where it is not", () => {
    expect([0, 0.0003, 0.123, 0.9999, 1].map(percent)).toEqual([
      "0 %",
      "< 0.1 %",
      "12.3 %",
      "> 99.9 %",
      "100 %",
    ]);
  });
  it("changes carry their sign", () => {
    expect([0, 0.12, -0.034, 12, null].map(change)).toEqual(["±0 %", "+12 %", "−3.4 %", "+13×", "–"]);
  });
  it("bytes and units", () => {
    expect([640, 12_300, 4.5e6].map(bytes)).toEqual(["640 B", "12.3 kB", "4.5 MB"]);
    expect(inUnit(50, "percent")).toBe("50 %");
    expect(inUnit(0.5, "ratio")).toBe("50 %");
    expect(significant(0.000123456)).toBe("0.000123");
  });
});
