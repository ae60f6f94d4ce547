/** The page's own style: readable in light and dark, on paper and on a phone. */
export const style = `
:root { color-scheme: light dark; --ink: #222; --soft: #666; --line: #ddd; --back: #fff; --fill: #f6f5f1; --live: #2f6f4f; }
@media (prefers-color-scheme: dark) { :root { --ink: #ddd; --soft: #999; --line: #444; --back: #1b1c1a; --fill: #262725; --live: #6fb58e; } }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px; }
h1 { margin: 0; font-size: 24px; } h2 { margin: 32px 0 8px; font-size: 17px; }
header p, figcaption, small { color: var(--soft); }
.program { background: var(--fill); border-left: 3px solid var(--live); padding: 12px 16px; overflow-x: auto; }
.failed { border-left: 3px solid #b3402e; padding: 8px 16px; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; } td code { white-space: normal; } th { color: var(--soft); font-weight: 500; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 24px; margin-top: 32px; } figure { margin: 0; min-width: 0; }
.bars { width: 180px; } .bars i, .bars b { display: block; height: 6px; min-width: 1px; background: var(--line); } .bars b { background: var(--live); }
`;
