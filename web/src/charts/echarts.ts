/** The parts of ECharts that we use, and no others: the rest stays out of what is sent. */
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

register([BarChart, LineChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

export { init };
export type { EChartsCoreOption as Option, EChartsType as Drawing } from "echarts/core";
