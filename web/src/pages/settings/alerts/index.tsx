/** Who is told of what: the rules, each tried out, changed and removed in its place. */
import { Button, Modal } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { alertRules } from "@/api/alerts";
import type { AlertRule } from "@/api/answers";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { Empty, Shown } from "@/ui/states";

import classes from "../settings.module.css";
import { RuleEditor } from "./editor";
import { Rule } from "./rule";

const words = strings.settings.alerts;

/** What is being written: a rule that is there, a new one, or nothing. */
type Edited = AlertRule | "new" | null;

export function Alerts() {
  const query = useQuery(alertRules());
  const [edited, setEdited] = useState<Edited>(null);
  const close = () => {
    setEdited(null);
  };
  const add = (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPlus size={14} />}
      onClick={() => {
        setEdited("new");
      }}
    >
      {words.add}
    </Button>
  );
  return (
    <Panel title={words.title} hint={words.hint} flush actions={add}>
      <Shown query={query} height={220}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={words.none}>{words.noneText}</Empty>
          ) : (
            <ul className={classes.rules}>
              {items.map((rule) => (
                <Rule key={rule.id} rule={rule} edit={setEdited} />
              ))}
            </ul>
          )
        }
      </Shown>
      <Modal
        opened={edited !== null}
        onClose={close}
        title={edited === "new" ? words.form.newTitle : words.form.editTitle}
        size="lg"
        closeButtonProps={{ "aria-label": strings.common.close }}
      >
        {edited !== null && <RuleEditor rule={edited === "new" ? null : edited} done={close} />}
      </Modal>
    </Panel>
  );
}
