/** The parts of ECharts that we use, and no others: the rest stays out of what is sent. */
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
} from "echarts/components";
import { init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

register([AriaComponent, BarChart, CustomChart, GridComponent, LegendComponent, LineChart, MarkAreaComponent, MarkLineComponent, MarkPointComponent, ScatterChart, SVGRenderer, TooltipComponent]); // prettier-ignore

export { init };
export type { EChartsCoreOption as Option, EChartsType as Drawing } from "echarts/core";
