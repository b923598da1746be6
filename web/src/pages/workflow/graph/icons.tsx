/** A picture for each type of step; a plain box for those that we do not know. */
import {
  IconBox,
  IconBraces,
  IconCloud,
  IconFileText,
  IconFlag,
  IconGitBranch,
  IconMessage2,
  IconPlayerPlay,
  IconRepeat,
  IconRobot,
  IconSearch,
  IconSparkles,
  IconTemplate,
  IconTool,
  IconUser,
  IconVariable,
  IconVectorTriangle,
  type Icon,
} from "@tabler/icons-react";

import { kindOf, type Kind } from "@/logic/graph_kinds";

const PICTURES: Readonly<Record<Kind, Icon>> = {
  agent: IconRobot,
  answer: IconMessage2,
  branch: IconGitBranch,
  code: IconBraces,
  document: IconFileText,
  embedding: IconVectorTriangle,
  end: IconFlag,
  http: IconCloud,
  human: IconUser,
  llm: IconSparkles,
  loop: IconRepeat,
  other: IconBox,
  retriever: IconSearch,
  start: IconPlayerPlay,
  template: IconTemplate,
  tool: IconTool,
  variable: IconVariable,
};

export function TypeIcon({ type, size = 16 }: { type: string; size?: number }) {
  const Picture = PICTURES[kindOf(type)];
  return <Picture size={size} stroke={1.7} aria-hidden="true" />;
}
