export const search = () => ({});
