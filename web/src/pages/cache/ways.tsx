/** Code that turns a node's cache on, one way after the other: Python, LangGraph, HTTP, its configuration. */
import { Tabs } from "@mantine/core";

import {
  configSnippet,
  httpSnippet,
  langGraphSnippet,
  pythonSnippet,
  type Wanted,
} from "@/logic/cache_snippets";
import { strings } from "@/strings";
import { Code } from "@/ui/copy";

import classes from "./cache.module.css";

const words = strings.cache.turnOn;

export function CacheWays({ wanted }: { wanted: Wanted }) {
  const looksOn = wanted.mode === "shadow";
  const ways = [
    { name: words.python, text: words.inPython, code: pythonSnippet(wanted) },
    {
      ...{ name: words.langgraph, code: langGraphSnippet(wanted) },
      text: looksOn ? `${words.inLangGraph} ${words.inLangGraphShadow}` : words.inLangGraph,
    },
    { name: words.http, text: words.inHttp, code: httpSnippet(wanted) },
    { name: words.config, text: words.inConfig, code: configSnippet(wanted) },
  ];
  return (
    <Tabs defaultValue={words.python} keepMounted={false}>
      <Tabs.List>
        {ways.map(({ name }) => (
          <Tabs.Tab key={name} value={name}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {ways.map(({ name, text, code }) => (
        <Tabs.Panel key={name} value={name} pt="sm">
          <p className={classes.prose}>{text}</p>
          <Code text={code} label={name} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
