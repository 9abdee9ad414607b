import assert from "node:assert/strict";
import { readVocXml, writeVocXml } from "../../../src/evaluate/detector/voc.ts";

/** As labelImg 1.8 writes it. */
const LABELIMG = `<annotation>
	<folder>cars</folder>
	<filename>a &amp; b.jpg</filename>
	<path>C:\\cars\\a &amp; b.jpg</path>
	<source>
		<database>Unknown</database>
	</source>
	<size>
		<width>640</width>
		<height>427</height>
		<depth>3</depth>
	</size>
	<segmented>0</segmented>
	<object>
		<name>plate</name>
		<pose>Unspecified</pose>
		<truncated>0</truncated>
		<difficult>0</difficult>
		<bndbox>
			<xmin>10</xmin>
			<ymin>20</ymin>
			<xmax>60</xmax>
			<ymax>35</ymax>
		</bndbox>
	</object>
	<object>
		<name>car</name>
		<pose>Unspecified</pose>
		<truncated>1</truncated>
		<difficult>1</difficult>
		<bndbox>
			<xmin>0</xmin>
			<ymin>0</ymin>
			<xmax>640</xmax>
			<ymax>427</ymax>
		</bndbox>
	</object>
</annotation>
`;

const PICTURE = {
  filename: "a & b.jpg",
  width: 640,
  height: 427,
  boxes: [
    { class: "plate", box: [10, 20, 50, 15] as [number, number, number, number], ignored: false },
    { class: "car", box: [0, 0, 640, 427] as [number, number, number, number], ignored: true },
  ],
};

Deno.test("readVocXml reads what labelImg writes", () => {
  assert.deepEqual(readVocXml(LABELIMG), PICTURE);
});

Deno.test("writeVocXml writes what readVocXml reads", () => {
  assert.deepEqual(readVocXml(writeVocXml(PICTURE)), PICTURE);
  const empty = { ...PICTURE, filename: `<"'>.png`, boxes: [] };
  assert.deepEqual(readVocXml(writeVocXml(empty)), empty);
});

Deno.test("readVocXml knows other XML", () => {
  assert.equal(readVocXml("<svg></svg>"), null);
});
