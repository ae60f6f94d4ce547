export function pageOf(methods: typeof import("../compiler/render/methods.js")): string;
