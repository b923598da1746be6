/** Which workflows are listed, and, where there are no heads to click on, in which order. */
import { NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { told } from "@/logic/search";
import { isOrder, type Order } from "@/logic/overview_rows";
import type { Sort } from "@/logic/sorting";
import { strings } from "@/strings";

const words = strings.overview.workflows;
const WAIT_MS = 150;

interface FilterProps {
  withOrder: boolean;
  sort: Sort;
  onSort: (sort: Sort) => void;
}

export function Filter({ withOrder, sort, onSort }: FilterProps) {
  return (
    <>
      {withOrder && (
        <NativeSelect
          size="xs"
          aria-label={words.order}
          value={isOrder(sort.by) ? sort.by : "trouble"}
          data={Object.entries(words.orders).map(([value, label]) => ({ value, label }))}
          onChange={(event) => {
            const by = event.currentTarget.value as Order;
            onSort({ by, descending: by !== "name" });
          }}
        />
      )}
      <Text />
    </>
  );
}

/** The text goes into the address once the typing pauses. */
function Text() {
  const { q = "" } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [typed, setTyped] = useState(q);
  const [known, setKnown] = useState(q);
  if (known !== q) {
    // The address changed by other means: back, a link.
    setKnown(q);
    setTyped(q);
  }
  useEffect(() => {
    if (typed === q) return;
    const timer = setTimeout(() => {
      setKnown(typed);
      void navigate({ to: ".", search: (old) => told({ ...old, q: typed || undefined }), replace: true });
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [typed, q, navigate]);
  return (
    <TextInput
      size="xs"
      type="search"
      w={220}
      aria-label={words.filter}
      placeholder={words.placeholder}
      leftSection={<IconSearch size={14} aria-hidden="true" />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
      }}
    />
  );
}
