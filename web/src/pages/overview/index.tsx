import { strings } from "@/strings";
import { Page } from "@/ui/page";

export default function Overview() {
  return <Page title={strings.overview.title}>{null}</Page>;
}
