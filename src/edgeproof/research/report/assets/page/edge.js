// What the edge analysis adds; nothing of it after a plain backtest.
function runFacts() { return []; }
function edgePanels() { return []; }
function verdictPanels() { return []; }
function breakdownPanels() { return []; }
