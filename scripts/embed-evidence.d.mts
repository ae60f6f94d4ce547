export function embeddedEvidence(): string;
