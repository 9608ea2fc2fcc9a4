import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);
function r(e){return e.replace(/[*?[]/g,"[$&]").replace(/[{},()|!]/g,"?")}export{r as a};
