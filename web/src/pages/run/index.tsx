import { useParams } from "@tanstack/react-router";

import { Page } from "@/ui/page";

export default function RunPage() {
  const { run } = useParams({ strict: false });
  return <Page title={run ?? ""}>{null}</Page>;
}
