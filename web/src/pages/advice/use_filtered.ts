import { useNavigate, useSearch } from "@tanstack/react-router";

/** Whether the address leaves some advice out, and how to have all of it. */
export function useFiltered(): { is: boolean; clear: () => void } {
  const { severity, category, app } = useSearch({ strict: false });
  const navigate = useNavigate();
  return {
    is: severity !== undefined || category !== undefined || app !== undefined,
    clear: () => {
      void navigate({
        to: ".",
        search: (old) => ({ ...old, severity: undefined, category: undefined, app: undefined }) as never,
        replace: true,
      });
    },
  };
}
