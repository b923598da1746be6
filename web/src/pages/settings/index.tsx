import { strings } from "@/strings";
import { Page } from "@/ui/page";

export default function Settings() {
  return <Page title={strings.settings.title}>{null}</Page>;
}
