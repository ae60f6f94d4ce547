export function embeddedTexts(): string;
