/**
 * sheetops: a menu, and a button, that ask the sheetops service to do something and show what it says.
 *
 * What leaves this spreadsheet with a press: the name of the action, the workspace's name, this spreadsheet's id, and,
 * for "Explain this row", the key of the selected row's record. No other cell is sent.
 *
 * This file is written by: sheetops button google
 */

const SHEETOPS = {};  // filled in by: sheetops button google

const SHEETOPS_LABELS = {
  preview: 'Preview', sync: 'Sync now', refresh: 'Refresh computed columns', held: 'Show held items',
  explain: 'Explain this row', undo: 'Undo last run', weekly: 'Weekly update',
};
const SHEETOPS_SECRET = 'SHEETOPS_SECRET';
const SHEETOPS_LINES = 25;

/** Builds the menu. It may not call out, and does not. */
function onOpen() {
  const menu = SpreadsheetApp.getUi().createMenu('sheetops');
  SHEETOPS.actions.forEach((action) => menu.addItem(SHEETOPS_LABELS[action], sheetopsHandler_(action)));
  menu.addSeparator();
  if (SHEETOPS.actions.includes('sync')) menu.addItem('Install button', 'sheetopsInstallButton');
  menu.addItem('Connect…', 'sheetopsConnect').addToUi();
}

function sheetopsPreview() { sheetopsPress_('preview'); }
function sheetopsSync() { sheetopsPress_('sync'); }
function sheetopsRefresh() { sheetopsPress_('refresh'); }
function sheetopsHeld() { sheetopsPress_('held'); }
function sheetopsExplain() { sheetopsPress_('explain'); }
function sheetopsWeekly() { sheetopsPress_('weekly'); }

function sheetopsUndo() {
  const ui = SpreadsheetApp.getUi();
  const said = ui.alert('sheetops', 'Take back the last run, in the dataset and in all trackers?', ui.ButtonSet.YES_NO);
  if (said === ui.Button.YES) sheetopsPress_('undo');
}

/** Asks for the token and keeps its secret in the script's properties, never in this file. */
function sheetopsConnect() {
  const ui = SpreadsheetApp.getUi();
  const asked = ui.prompt('Connect to sheetops', `Paste the token of '${SHEETOPS.token}' (sheetops token add printed it):`, ui.ButtonSet.OK_CANCEL);
  if (asked.getSelectedButton() !== ui.Button.OK) return;
  const said = asked.getResponseText().trim();
  const dot = said.lastIndexOf('.');
  const id = dot < 0 ? SHEETOPS.token : said.slice(0, dot);
  const secret = said.slice(dot + 1);
  if (!/^[0-9a-f]{64}$/.test(secret)) {
    sheetopsAlert_('This is not a whole token: its last part has 64 letters and digits. Nothing was kept. Copy it again, from the first letter to the last.');
  } else if (id !== SHEETOPS.token) {
    sheetopsAlert_(`This token is '${id}', and this script is for '${SHEETOPS.token}'. Nothing was kept. Paste that one's token, or make the script anew: sheetops button google`);
  } else {
    PropertiesService.getScriptProperties().setProperty(SHEETOPS_SECRET, secret);
    sheetopsToast_('Connected. Try Preview in the menu sheetops: it changes nothing.');
  }
}

/** Puts a picture to click beside the table. It lies over the cells and changes none. */
function sheetopsInstallButton() {
  const sheet = SpreadsheetApp.getActiveSheet();
  const title = 'sheetops: Sync';
  if (sheet.getImages().some((image) => image.getAltTextTitle() === title)) {
    sheetopsToast_('The button is on this tab already.');
    return;
  }
  const column = Math.min(sheet.getLastColumn() + 1, sheet.getMaxColumns());
  const blob = Utilities.newBlob(Utilities.base64Decode(SHEETOPS_PICTURE), 'image/png', 'sync.png');
  sheet.insertImage(blob, column, 1).setWidth(132).setHeight(36).setAltTextTitle(title).assignScript('sheetopsSync');
  sheetopsToast_('The button Sync is at the top right. To move it: right-click it, then drag.');
}

function sheetopsHandler_(action) {
  return 'sheetops' + action[0].toUpperCase() + action.slice(1);
}

/** Sends one press and shows the answer where the person is. */
function sheetopsPress_(action) {
  const book = SpreadsheetApp.getActiveSpreadsheet();
  const secret = PropertiesService.getScriptProperties().getProperty(SHEETOPS_SECRET);
  if (!secret) {
    sheetopsAlert_('This spreadsheet is not connected yet. Nothing was run. Next: menu sheetops > Connect…, and paste the token.');
    return;
  }
  const press = {
    action: action, workspace: SHEETOPS.workspace, tracker: book.getId(),
    nonce: Utilities.getUuid(), at: Math.floor(Date.now() / 1000),
  };
  if (action === 'explain') {
    press.key = sheetopsSelectedKey_(book);
    if (!press.key) {
      sheetopsAlert_('No row with a key is selected. Nothing was explained. Select a cell in a row of the tracker, and press Explain again.');
      return;
    }
  }
  sheetopsToast_(`${SHEETOPS_LABELS[action]}: running…`);
  const answer = sheetopsAsk_(press, secret);
  const quiet = answer.exit_code === 0 && !['preview', 'held', 'explain', 'weekly'].includes(action);
  if (quiet) sheetopsToast_(answer.sentence);
  else sheetopsAlert_(sheetopsText_(answer));
}

/** Returns what the service answers: {sentence, lines, exit_code}. What goes wrong on the way is such an answer, too. */
function sheetopsAsk_(press, secret) {
  const body = JSON.stringify(press);
  let response;
  try {
    response = UrlFetchApp.fetch(SHEETOPS.service + '/v1/run', {
      method: 'post', contentType: 'application/json', payload: body, muteHttpExceptions: true, followRedirects: false,
      headers: { 'X-Sheetops-Token-Id': SHEETOPS.token, 'X-Sheetops-Signature': sheetopsSign_(secret, press, body) },
    });
  } catch (error) {
    return sheetopsFailed_(`The sheetops service at ${SHEETOPS.service} gave no answer, so whether the press was carried out is not known. ` +
      'Nothing you typed is lost. Next: look at the tab sheetops; if nothing has changed there, ask whoever runs sheetops whether "sheetops serve" is running.');
  }
  try {
    const answer = JSON.parse(response.getContentText());
    if (typeof answer.sentence === 'string' && Array.isArray(answer.lines)) return answer;
  } catch (error) {
    // not from sheetops: a proxy's page, for example, which is said below
  }
  return sheetopsFailed_(`Something else than sheetops answered at ${SHEETOPS.service} (HTTP ${response.getResponseCode()}). ` +
    'Nothing you typed is lost. Next: ask whoever runs sheetops whether "sheetops serve" is running behind its proxy.');
}

function sheetopsFailed_(sentence) {
  return { sentence: sentence, lines: [], exit_code: 1 };
}

/** Proves that this script has the secret, without sending it: secret XOR HMAC(SHA256(secret), at, nonce, body). */
function sheetopsSign_(secret, press, body) {
  const bytes = [];
  for (let i = 0; i < secret.length; i += 2) {
    const byte = parseInt(secret.slice(i, i + 2), 16);
    bytes.push(byte > 127 ? byte - 256 : byte);
  }
  const stored = Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, bytes);
  const message = Utilities.newBlob(`${press.at}\n${press.nonce}\n${body}`).getBytes();
  const signature = Utilities.computeHmacSha256Signature(message, stored);
  return signature.map((byte, i) => ((byte ^ bytes[i]) & 255).toString(16).padStart(2, '0')).join('');
}

/** Returns the key of the selected row's record, '' where there is none. It is the only cell that is ever sent. */
function sheetopsSelectedKey_(book) {
  const sheet = book.getActiveSheet();
  const mine = SHEETOPS.tabs.filter((tab) => tab.spreadsheet === book.getId() && tab.tab === sheet.getName());
  const rows = Math.min(20, sheet.getLastRow());
  const row = sheet.getActiveRange() ? sheet.getActiveRange().getRow() : 0;
  if (!mine.length || !rows || !row) return '';
  const top = sheet.getRange(1, 1, rows, sheet.getLastColumn()).getDisplayValues();
  const header = top.findIndex((cells) => cells.some((cell) => cell.trim() === mine[0].key));
  if (header < 0 || row <= header + 1) return '';
  const column = top[header].findIndex((cell) => cell.trim() === mine[0].key);
  return sheet.getRange(row, column + 1).getDisplayValue().trim();
}

function sheetopsText_(answer) {
  const more = answer.lines.length - SHEETOPS_LINES;
  const shown = answer.lines.slice(0, SHEETOPS_LINES).filter((line) => line !== answer.sentence);
  const rest = more > 0 ? [`and ${more} more lines: see the tab sheetops`] : [];
  return [answer.sentence, ...(shown.length ? ['', ...shown] : []), ...rest].join('\n');
}

function sheetopsToast_(text) {
  SpreadsheetApp.getActiveSpreadsheet().toast(text, 'sheetops', 10);
}

function sheetopsAlert_(text) {
  const ui = SpreadsheetApp.getUi();
  ui.alert('sheetops', text, ui.ButtonSet.OK);
}

/** The picture of the button: a PNG of 264 x 72 pixels. */
const SHEETOPS_PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAQgAAABICAMAAAA9B5sVAAAAYFBMVEUZXrMSSo7+/v4AAABolc0naLiWtt3K2u7Z5PNTh8avx+SGqtcSSY0M' +
  'RowcYLQUUJrj7PY4dL0SSY1DfMF8o9QRSI290eoRSY0SSY0ORo2ivuAANpMAVYCfvOAAAAAAAADeLv1iAAAAIHRSTlP//v8A///////////R' +
  'D/////+T//9O/2+sI/8HBv8AAHFdULAAAAOeSURBVHja7ZzreqMgEIaRckZtPCRNu7v3f5srIAIpsUmf7NbIzJ82kTTPvM58M2ABvQQ7nuuq' +
  'IKvPx8h55H9p+qpA65tLEG/mbVSYGZ/fEhDNuapeUYH2WlXnJoB4r8uLhhAV9bsH0dRlhoMPirpxIMrm4Ekgq5OoaLOKiV6a0jkYEs0Eoi87' +
  'MVxy9C/oFwSECYnf6AgBYULiiHoICBMSPaoBhAFRI5AIAJGoJYAAEAACQACI/wmCCEEAxGQCY4EQJUydTooRWiwIPBlVeLETab/8DJVSdnSH' +
  'IFITcvUDkh/8QEV2DQJjdv1udzweyHcIQo1EjkzMDl5LjzbhsEsQc+2gzL7SV0YzP1rsFoSpHU4DrATIldEHo6ftQNSeQLSfQKDh+r12oxdI' +
  'lNgYMtbNb2nzYhpAzM8prjqtOIs1lZLpHT4V6m7bqWF7LPN6yNZNnLlkZYNdDLA5xH1d5ovXYxAYui0QOePBsxw2nt5Myw07edU+miwIwS/C' +
  'jcZa+wQgjGuHq4jMRcXkUlhaKyokXB8jVfXmLiv8XCCMa3kQUWRj5bXChsEpZAYNILgmznkVYgfrgXZSPQMIUzkkWguJuR3vImHoPBIV6iyn' +
  'PgzEPK8JEiOfAcRKsGj8ObyVl0u+FBUW6ouLogUY28t6BNVRVCh3c7ETFYoXcWHee58QdB6G5TZBSK9jd7EgH3MvfogShrjMYAGESEHoh2nk' +
  'PwBhZLH9JsHgFnHRwb1W+D4iBUFwuL5FEPh7k2kdueU6zmGpHnkQQ1RINwdC3zd14uQCRDwZE5GfORBtJCubA0HTm0SEl8FrDfmBySg1eNJ7' +
  'hw4zC2Lup+ZvIxsrnyqZPYhLh7IzE875PHBM/sxkf9AKiBmX0tPE67C1hqpLaloAcdN6Fr/UzgVpFgTSW26xZbw691VqiBSEvLzC0SqIlm15' +
  'rjHfJsGIJKNaB9ESJfJLm2OaKnkQU+VYujG+vRab5BZwV/R1IJqNsmszSxU3OEfl9PFHPUB5cItN0yVZsQ5iJcMeWhp/ZK4hPwIG0t4Pgjpx' +
  'GZ4ehJ0/cG4e+iH/GPB2Y8kU7MlBJKJx54NhD6LbG4h7jd3yqLAEEGbtXsuf+Gb4RxEAASAAxBcg4H+xLYgaQHgQsE3BgujREUTCSMQRwd42' +
  'C+IXbG5D8+Y22O7otztOIVH8BtgetkSjaEu0SY6iN8lXDRybkB6bYLOj2IM06gaOVvl8tAocthNAlH780l+waCQpxaujLgAAAABJRU5ErkJg' +
  'gg==';
