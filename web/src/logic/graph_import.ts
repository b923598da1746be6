/** The command that imports a graph, with names quoted as a shell wants them. */
export function importCommand(app: string, workflow: string): string {
  return `longpole graph import FILE --app ${quoted(app)} --workflow ${quoted(workflow)}`;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./][\w@%+=:,./-]*$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
