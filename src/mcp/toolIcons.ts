/** What the user can expect of the next call of a tool. */
export type ToolStatus = 'signedIn' | 'needsConsent' | 'asks' | 'blocked';

/** An icon of a tool (MCP 2025-11-25, `icons`). */
export interface ToolIcon {
  readonly src: string;
  readonly mimeType: string;
  readonly sizes: readonly string[];
}

/** PNG images in base64: a check mark, a key, a question mark and a bar, each in white on a disc of its own color. */
const images: Readonly<Record<ToolStatus, string>> = {
  signedIn:
    'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAMAAABEpIrGAAAAXVBMVEUuiz0uiz0uiz0uiz0uiz0uiz0uiz0uiz0uiz0uiz0u' +
    'iz0uiz0uiz0uiz0uiz0uiz08k0pKmldYomRmqnF0sn6CuYuQwZidyaSr0bG52L7H4MvV6Njj8OXx9/L///+1Q16pAAAAH3RS' +
    'TlMAESIzRFVmd4iZqrvM3e7/////////////////////IXVjBwAAANdJREFUeNqVU8sSgyAM1IMz4DCQlmp9kf//zCKiBJDS' +
    '7kEYdxM2JDTNH+i4kEpJwbs7tmWWPCFZm0UT2kmSLFxl4JTv1Q36r/FRjk4V4H20siSQRy0sZ0CDW5kT5AlgxfVIUXCwIJrg' +
    'Ii9hQsRXKESk/GD5t9+LGwva8vNVhxWc/2ft1qdB79AhCMxxLmyIG0QCf8TqnNkC0TzIVQWTeyiOs/1oYkiQMvfgHUPar+ui' +
    'YEFSIGmXpIol7lbSLJgmiATst3ZXB6Y+cvWhrY99/eHUn1798ZbwAfNfLTu3CY64AAAAAElFTkSuQmCC',
  needsConsent:
    'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAMAAABEpIrGAAAAXVBMVEW4egC4egC4egC4egC4egC4egC4egC4egC4egC4egC4' +
    'egC4egC4egC4egC4egC4egC9gxHBjCLGlTPLnUTQplXUr2bZuHfewYjjypnn06rs3Lvx5Mz27d369u7///9f+gz3AAAAH3RS' +
    'TlMAESIzRFVmd4iZqrvM3e7/////////////////////IXVjBwAAAM5JREFUeNqVU8sOhCAMlIMJGEIRdTE++v+fuYDgqsB2' +
    'd04knU6nD5rmD7RCKgAlRVuKMu6CCYqzLPsSDpSHioAM4hrvoIDua/5No4UKog+magR19MKhCh4IUcDY2ZqnxMeBXtBj0bmL' +
    '0IJe8cCqs0akf1jEfRqmHdHeCDJZ2BB9fYO4TRFDMhEqOO2QkSp5BMYvhKyE82NfiHMqkZkcXHIf3cpSm07GJIIoDmocAXYc' +
    'z3UVR92bc9T0ssh1kwdDnxx9tPTZ0x+H/nr0563hDTfWMEQ6uycsAAAAAElFTkSuQmCC',
  asks:
    'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAMAAABEpIrGAAAAXVBMVEUfdcsfdcsfdcsfdcsfdcsfdcsfdcsfdcsfdcsfdcsf' +
    'dcsfdcsfdcsfdcsfdcsfdcsufs49h9JMkdVbmtlqo9x5rOCIteOWv+elyOq00e7D2vHS4/Xh7fjw9vz////txTitAAAAH3RS' +
    'TlMAESIzRFVmd4iZqrvM3e7/////////////////////IXVjBwAAAOlJREFUeNqVU8sSgyAMlAMz4jCgIlZF8/+fWVRiEx+l' +
    '3YMM2U3YGCiKPyCVNtYareQdK8pIIkwpLtmE3iSnKspeoChf2RtUX/NZDXmEfAAI/tgmHwL91RNsmGp0uvdSYsIYyXmOnxEj' +
    '5SbAAi3A4qx1C0CLJZiDHqCnK7o4WhgA3Lo6gIE2onHj/F65A3hhTBMLiGZOldAEY+txih7DJ3AWdOt/mBsmYEf4yA81GSo1' +
    'mQSe7vV5Uo4YxDYlM+EYv4+LmnAhUIXhw4oIrMc0LGGeBGnc1AU/Qv565fKXNn/t8w8n//Tyj/cJbxOcLgkYqE0iAAAAAElF' +
    'TkSuQmCC',
  blocked:
    'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAMAAABEpIrGAAAAXVBMVEXHMivHMivHMivHMivHMivHMivHMivHMivHMivHMivH' +
    'MivHMivHMivHMivHMivHMivLQDnOTUfSW1XWaWTadnLdhIDhko7ln5zprarsu7jwyMb01tX45OP78fH///8tXEqbAAAAH3RS' +
    'TlMAESIzRFVmd4iZqrvM3e7/////////////////////IXVjBwAAAJFJREFUeNqVk70OgCAMhGUgaQ1pEwYHB9//Mf1BA6jt' +
    '6TcResC1tMPwg8hJVCVxfIsG2oIXQuFxugkfktstrA+4jY/6wuie7+6IanD6CGIJpORCakKHQGyBuA4uF+wJ9kSSJ0jVwjR3' +
    'TNVEWeXlRi77XwTwCWgSpgkLBUuNPwt+N2wY3HK4aXHb48HBo4eH12IFLEQsrSApTHsAAAAASUVORK5CYII=',
};

/**
 * The icon that shows a status. It is a PNG in a data URI, because VS Code shows neither SVG nor images of another origin
 * (`mcpIcons.ts`); its colors are readable in light and dark themes.
 */
export function toolIcon(status: ToolStatus): ToolIcon {
  return { src: `data:image/png;base64,${images[status]}`, mimeType: 'image/png', sizes: ['32x32'] };
}
