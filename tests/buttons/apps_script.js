// The part of Google's Apps Script that Code.gs uses, as its reference describes it: names, arguments, return values.
// What happens goes to the Python side: `python_fetch` is real HTTP, `python_cells` reads the sandbox's spreadsheet.

const happened = { toasts: [], alerts: [], menu: [], images: [], prompts: [] };
const people = { answers: [], prompt: '', pressed: 'OK', row: 0, tab: '' };
const mayCallOut = { yes: true };

function parseBytes(bytes) {
  return JSON.stringify(bytes.map((byte) => {
    if (!Number.isInteger(byte) || byte < -128 || byte > 127) throw new Error(`${byte} is not a byte of Apps Script`);
    return byte;
  }));
}

const Utilities = {
  DigestAlgorithm: { SHA_256: 'SHA_256' },
  getUuid: () => python_uuid(),
  computeDigest: (algorithm, bytes) => JSON.parse(python_digest(algorithm, parseBytes(bytes))),
  computeHmacSha256Signature: (value, key) => JSON.parse(python_hmac(parseBytes(value), parseBytes(key))),
  base64Decode: (text) => JSON.parse(python_base64(text)),
  newBlob: (data, type, name) => ({
    data, type, name, getBytes: () => (typeof data === 'string' ? JSON.parse(python_utf8(data)) : data),
  }),
};

const properties = {};
const PropertiesService = {
  getScriptProperties: () => ({
    getProperty: (name) => (name in properties ? properties[name] : null),
    setProperty: (name, value) => { properties[name] = String(value); },
  }),
};

const UrlFetchApp = {
  fetch(url, options) {
    if (!mayCallOut.yes) throw new Error('You do not have permission to call UrlFetchApp.fetch');
    const unknown = Object.keys(options).filter((name) => !['method', 'contentType', 'payload', 'muteHttpExceptions', 'followRedirects', 'headers'].includes(name));
    if (unknown.length) throw new Error(`unknown option ${unknown}`);
    const answer = JSON.parse(python_fetch(url, JSON.stringify(options)));
    if (answer.error) throw new Error(answer.error);
    return { getContentText: () => answer.text, getResponseCode: () => answer.code };
  },
};

const ui = {
  ButtonSet: { OK: 'OK', OK_CANCEL: 'OK_CANCEL', YES_NO: 'YES_NO' },
  Button: { OK: 'OK', CANCEL: 'CANCEL', YES: 'YES', NO: 'NO' },
  alert(title, text, buttons) { happened.alerts.push(text); return people.pressed; },
  prompt(title, text, buttons) {
    happened.prompts.push(text);
    return { getSelectedButton: () => people.pressed, getResponseText: () => people.prompt };
  },
  createMenu(name) {
    const menu = {
      addItem(label, handler) {
        if (typeof globalThis[handler] !== 'function') throw new Error(`no function ${handler}`);
        happened.menu.push([label, handler]);
        return menu;
      },
      addSeparator: () => menu,
      addToUi() { happened.menuName = name; },
    };
    return menu;
  },
};

function rangeOf(row, column, rows, columns) {
  return {
    getRow: () => row,
    getDisplayValue: () => JSON.parse(python_cells(people.tab, row, column, 1, 1))[0][0],
    getDisplayValues: () => JSON.parse(python_cells(people.tab, row, column, rows, columns)),
  };
}

const sheet = {
  getName: () => people.tab,
  getLastRow: () => JSON.parse(python_size(people.tab))[0],
  getLastColumn: () => JSON.parse(python_size(people.tab))[1],
  getMaxColumns: () => 12,
  getActiveRange: () => (people.row ? rangeOf(people.row, 1, 1, 1) : null),
  getRange: (row, column, rows, columns) => rangeOf(row, column, rows, columns),
  getImages: () => happened.images,
  insertImage(blob, column, row) {
    const image = { blob, column, row, title: '' };
    image.setWidth = (width) => { image.width = width; return image; };
    image.setHeight = (height) => { image.height = height; return image; };
    image.setAltTextTitle = (title) => { image.title = title; return image; };
    image.getAltTextTitle = () => image.title;
    image.assignScript = (name) => { image.script = name; return image; };
    happened.images.push(image);
    return image;
  },
};

const book = {
  getId: () => python_book_id(),
  getActiveSheet: () => sheet,
  toast: (text, title, seconds) => { happened.toasts.push(text); },
};

const SpreadsheetApp = { getUi: () => ui, getActiveSpreadsheet: () => book, getActiveSheet: () => sheet };
