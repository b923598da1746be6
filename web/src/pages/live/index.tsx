import { strings } from "@/strings";
import { Page } from "@/ui/page";

export default function Live() {
  return <Page title={strings.live.title}>{null}</Page>;
}
