export function embeddedSchema(): string;
