import { createTheme, type CSSVariablesResolver, defaultVariantColorsResolver, type MantineColorsTuple, type VariantColorsResolver } from "@mantine/core";

const edge: MantineColorsTuple = [
  "#e6fbf4", "#cdf5e7", "#9aead0", "#64dfb8", "#39d6a4", "#1fd098", "#0ccd91", "#00b57e", "#00a16f", "#047857",
];

/** The library takes the contrast of the light scheme for both; ours is light on dark and dark on light. */
const contrasted: VariantColorsResolver = (input) => {
  const found = defaultVariantColorsResolver(input);
  return input.variant === "filled" && (input.color ?? "edge") === "edge" ? { ...found, color: "var(--on-edge)" } : found;
};

export const theme = createTheme({
  primaryColor: "edge",
  primaryShade: { light: 9, dark: 4 },
  colors: { edge },
  autoContrast: true,
  variantColorResolver: contrasted,
  defaultRadius: "md",
  fontFamily: "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'JetBrains Mono', Menlo, Consolas, monospace",
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "1.35rem" }, h2: { fontSize: "1.05rem" }, h3: { fontSize: "0.95rem" } } },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // A dialog's head is no banner of the page, though it is a header element.
    Modal: { defaultProps: { attributes: { header: { role: "presentation" } } } },
    Drawer: { defaultProps: { attributes: { header: { role: "presentation" } } } },
  },
});

/** Colours that mean something, readable (4.5:1 and more) on both backgrounds. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--on-edge": "#ffffff",
    "--won": "#047857", "--lost": "#c81e3a", "--warned": "#8a5300", "--muted": "#56616f", "--panel": "#ffffff",
    "--ground": "#f3f5f8", "--line": "#d9dfe7", "--long": "#047857", "--short": "#c81e3a", "--accent": "#0f5fc2",
    "--mantine-color-dimmed": "#56616f",
  },
  dark: {
    "--on-edge": "#062b1f",
    "--won": "#2dd4a7", "--lost": "#ff7b8b", "--warned": "#f5b647", "--muted": "#98a5b5", "--panel": "#121922",
    "--ground": "#0b0f14", "--line": "#243140", "--long": "#2dd4a7", "--short": "#ff7b8b", "--accent": "#7ab8ff",
    "--mantine-color-body": "#0b0f14", "--mantine-color-dimmed": "#98a5b5",
  },
});
