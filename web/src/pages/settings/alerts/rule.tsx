/** One rule: what it watches, whom it tells, whether it is on; tried out with the outcome in its place. */
import { Button, Switch } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { changeRule, testRule } from "@/api/alerts";
import type { AlertRule } from "@/api/answers";
import { conditionWords, whither } from "@/logic/alert_words";
import { strings } from "@/strings";
import { Tag } from "@/ui/marks";

import classes from "../settings.module.css";
import { search } from "../search";
import { History } from "./history";
import { Removal } from "./removal";

const words = strings.settings.alerts;

interface RuleProps {
  rule: AlertRule;
  edit: (rule: AlertRule) => void;
}

export function Rule({ rule, edit }: RuleProps) {
  const client = useQueryClient();
  const tested = useMutation({
    mutationFn: () => testRule(rule.id),
    onSettled: () => client.invalidateQueries({ queryKey: ["alerts", rule.id] }),
  });
  return (
    <li className={classes.rule} data-off={!rule.is_enabled || undefined}>
      <div className={classes.ruleRow}>
        <Told rule={rule} />
        <div className={classes.ruleActions}>
          <Enabled rule={rule} />
          <Button
            size="xs"
            variant="default"
            aria-label={words.of(words.test, rule.name)}
            loading={tested.isPending}
            onClick={() => {
              tested.mutate();
            }}
          >
            {words.test}
          </Button>
          <Button
            size="xs"
            variant="default"
            aria-label={words.of(words.edit, rule.name)}
            onClick={() => {
              edit(rule);
            }}
          >
            {words.edit}
          </Button>
          <HistoryButton rule={rule} />
          <Removal rule={rule} />
        </div>
      </div>
      <Tested result={tested} />
      <OpenHistory rule={rule} />
    </li>
  );
}

function Told({ rule }: { rule: AlertRule }) {
  const where = rule.workflow_id ?? (rule.kind === "digest" ? "" : words.everyWorkflow);
  return (
    <div className={classes.ruleWords}>
      <h3>
        {rule.name} <Tag>{words.kinds[rule.kind]}</Tag>
      </h3>
      <p>
        {rule.app_id}
        {where && ` · ${where}`} · {conditionWords(rule)}
      </p>
      <p>{whither(rule)}</p>
    </div>
  );
}

function Enabled({ rule }: { rule: AlertRule }) {
  const client = useQueryClient();
  const changed = useMutation({
    mutationFn: (is_enabled: boolean) => changeRule(rule.id, { is_enabled }),
    onSettled: () => client.invalidateQueries({ queryKey: ["alerts"] }),
  });
  return (
    <Switch
      size="sm"
      aria-label={words.enabled(rule.name)}
      checked={changed.isPending ? changed.variables : rule.is_enabled}
      error={changed.error?.message}
      onChange={(event) => {
        changed.mutate(event.currentTarget.checked);
      }}
    />
  );
}

interface TestedProps {
  result: {
    data?: { state: string; last_error: string | null } | undefined;
    error: Error | null;
    isPending: boolean;
  };
}

/** How a test went: in its place, in the server's words. */
function Tested({ result: { data, error, isPending } }: TestedProps) {
  const isGood = data?.state === "delivered";
  const why = error?.message ?? data?.last_error;
  const text = isPending || (!data && !error) ? "" : isGood ? words.tested.delivered : words.tested.failed;
  return (
    <p
      role="status"
      className={text ? `${classes.told ?? ""} ${(isGood ? classes.good : classes.bad) ?? ""}` : "lp-hidden"}
    >
      {text}
      {text && !isGood && why ? `: ${why}` : ""}
    </p>
  );
}

function useOpened(rule: AlertRule) {
  const { rule: opened } = search(useSearch({ strict: false }));
  return opened === rule.id;
}

function HistoryButton({ rule }: { rule: AlertRule }) {
  const navigate = useNavigate();
  const isOpen = useOpened(rule);
  return (
    <Button
      size="xs"
      variant="default"
      aria-expanded={isOpen}
      aria-label={words.showHistory(rule.name)}
      onClick={() => {
        void navigate({
          to: "/settings",
          search: { tab: "alerts", ...(isOpen ? {} : { rule: rule.id }) },
          replace: true,
        });
      }}
    >
      {words.history}
    </Button>
  );
}

function OpenHistory({ rule }: { rule: AlertRule }) {
  return useOpened(rule) ? <History rule={rule} /> : null;
}
