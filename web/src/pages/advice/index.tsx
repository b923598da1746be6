import { strings } from "@/strings";
import { Page } from "@/ui/page";

export default function Advice() {
  return <Page title={strings.advice.title}>{null}</Page>;
}
