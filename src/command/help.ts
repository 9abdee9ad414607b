/** Texts of `--help`, by command; the empty name is the program itself. */
export const HELP: Record<string, string> = {
  "": `bokashi: blurs every licence plate in a camera's picture and serves the result

Usage:
  bokashi serve [SOURCE ...]   watch cameras, blurred, in a browser
  bokashi blur FILE ...        blur videos and pictures
  bokashi detect FILE ...      find cars and plates in pictures and videos
  bokashi eval --video CLIP    measure what the masks leave bare in a clip whose plates are known
  bokashi eval --data DIR      measure the detector on labelled pictures
  bokashi extract VIDEO ...    take pictures out of videos, labelled for training
  bokashi doctor [SOURCE]      check what this machine and a camera can do
  bokashi setup [--cuda]       fetch what is missing now; --cuda: for NVIDIA cards
  bokashi --help | --version   'bokashi COMMAND --help' tells more

Exit codes: 0 done; 1 something failed, or a file was left out; 2 asked for what cannot be; 130 interrupted.

Example:
  bokashi serve rtsp://user:password@192.168.1.20/stream1
`,
  serve: `bokashi serve [SOURCE ...]: watch cameras, blurred, in a browser

Without a source, here or in the configuration, it plays the demo clip.

Sources, each optionally as NAME=SOURCE:
  rtsp://, rtsps://, rtmp://, srt://   network cameras and streams
  http://, https://                    Motion JPEG, or HLS where the path ends in .m3u8
  /dev/video0                          a webcam (macOS: avfoundation:0, Windows: video=NAME)
  clip.mp4                             a file, looped at its own pace
  demo                                 the clip that comes with the program

Options:
  --config FILE      read cameras and settings from a YAML file
  --host ADDRESS     listen there (default 127.0.0.1; any other needs a token)
  --port N           listen on that port (default 8080; 0 takes a free one)
  --provider NAME    run the network with auto, cpu, webgpu, cuda, tensorrt,
                     openvino, coreml or dml
                     (default auto: the best that works here)
  --profile NAME     size of the detector's picture: 512, 640 or 960 (default by the model)
  --look-ahead N     delay the picture by N frames, 0-30, so that a plate found late is hidden
                     in the frames before as well (default 3)
  --transport NAME   RTSP over tcp (default) or udp
  --log-level NAME   write debug, info (default), warn or error and worse
  --log-format NAME  write lines that are pretty (default) or json
  --open             open the page in a browser

A token for other hosts comes from server.token in the configuration or from BOKASHI_TOKEN, one to watch
only from server.viewToken or BOKASHI_VIEW_TOKEN.

Example:
  bokashi serve gate=rtsp://user:password@192.168.1.20/stream1 yard=/dev/video0 --port 9000
`,
  blur: `bokashi blur INPUT [INPUT ...] --out FILE|DIR: blur videos, pictures and whole folders

No frame is dropped and each keeps its time; the picture is upright as players show it; what tells of
device, place or time of the recording is not kept. Videos become H.264 in their container (mp4, mov,
mkv, ts; others become mp4), pictures keep their format (JPEG, PNG, WebP). A result has its name only
when it is whole. The exit code is 1 if a file was skipped, was damaged (its result lacks what
could not be read) or a frame had to be covered, 130 after Ctrl-C.

Options:
  --out FILE|DIR     where the result goes; folders keep their names below DIR
  --style NAME       mosaic (default), blur or solid
  --boxes FILE       write every mask there, as JSON lines (.jsonl) or as a table (.csv): {"frame",
                     "timeMs","class","box":[x,y,width,height],"score","reason","track"};
                     with several inputs each line begins with "file"
  --boxes-in FILE    hide what that file says, corrected by hand, and nothing else; no detector runs
  --audio keep|drop  keep the sound, or not (default drop)
  --overwrite        write over results that are there already
  --provider NAME, --profile NAME   as for 'serve'

Example:
  bokashi blur holiday.mp4 --out blurred.mp4 --audio keep --boxes masks.jsonl
`,
  detect: `bokashi detect IMAGE|VIDEO|DIR ...: find cars and plates in pictures and videos

One line for each picture or frame. Folders are searched with all below them, in order of names. A
file that cannot be read is told of on standard error and the others are still done; the exit code
is then 1. The picture is scaled to the profile's longest side, small ones up, with its aspect ratio
kept; boxes are in the pixels of the upright picture.

Options:
  --json             print a line of JSON for each:
                     {"file","frame","width","height","detections":[{"class","score",
                     "box":[x,y,width,height]}],"inferenceMs"}
  --profile NAME     size of the detector's picture: 512, 640 or 960 (default by the model)
  --passes NAME      twice: 512 px and the picture's own size, up to 1280 px (default for pictures, unless
                     a profile is given); whole: once (default for videos); tiles: also overlapping
                     tiles at its own size; detail: also the four largest cars, enlarged. Milliseconds
                     are their sum
  --min-score S      leave out what scores less, 0-1 (default: the model's own, by class)
  --out DIR          write pictures and videos with boxes drawn there
  --csv FILE         write a table there, a row for each detection
  --provider NAME    as for 'serve'
  --precision NAME   fp32, fp16 or int8 (default: the provider's best)

Example:
  bokashi detect --json --min-score 0.1 holiday/ > found.jsonl
`,
  eval:
    `bokashi eval --video CLIP [CLIP ...]: measure what the masks leave bare in clips whose plates are known
bokashi eval --data DIR: measure the detector on labelled pictures

--video sends each clip through what cameras and files go through, and holds what leaves against the truth:
leaks (a plate of 16 px and more of which less than 90 % is masked), by width and by reason, the
longest leak, what is masked without being a plate, and flicker. Beside it: the same detector frame
by frame, without tracks, look-ahead and margin.

Options with --video:
  --video CLIP       a clip, or 'demo'; may be given several times
  --truth FILE       its truth, one for each clip in order (default: NAME.truth.json beside it):
                     {"width","height","fps","frames":[{"plates":[{"id","box":[x,y,width,height]}]}]}
  --look-ahead L     frames of look-ahead, 0-30 (default 3)
  --by-look-ahead    add a row for each look-ahead of 0 to 10, and for 30, as blur has
  --json             print the figures as JSON
  --report FILE      write an HTML page: a timeline of each plate, and pictures of leaks (bare plates)
  --provider NAME, --profile NAME   as for 'serve'

--data gives average precision by class at an IoU of 0.4 and 0.5, its mean, precision and recall at the
model's recommended scores, recall by width of the plates in the picture and in the detector's, and
milliseconds; for each source and for all together. A class that was not labelled on a picture
gives neither misses nor false alarms.

DIR, or folders in it, hold annotations.json (COCO style; "labeled" of an image names the classes
that were looked for) or the XML files of labelImg (Pascal VOC) with their pictures.

Options with --data:
  --split NAME       the part that DIR's splits.json lists under this name (default: val if there
                     is such a file, otherwise everything)
  --profile NAME     size of the detector's picture: 512, 640 or 960 (default by the model)
  --passes NAME      whole: the picture once (default); tiles: also overlapping tiles of it at its own
                     size; detail: also the four largest cars, enlarged; twice: what 'detect' does
                     with pictures. Milliseconds are their sum
  --provider NAME    as for 'serve'
  --precision NAME   fp32, fp16 or int8 (default: the provider's best)
  --json             print the figures as JSON
  --report FILE      write an HTML page: curves, and the worst misses and false alarms as pictures

Examples:
  bokashi eval --video demo --report leaks.html
  bokashi eval --data pictures --report detector.html
`,
  setup: `bokashi setup [--cuda]: fetch what is missing, without starting anything

Puts Deno, ffmpeg and the npm packages in place, as the first start would. With --cuda it also
fetches onnxruntime's libraries for NVIDIA cards (Linux on x86-64, CUDA 12) from nuget.org; it says
what before it does. The driver, CUDA 12 and cuDNN 9 have to be installed from NVIDIA.

Example:
  bokashi setup --cuda
`,
  extract:
    `bokashi extract VIDEO ... --every N --out DIR: take pictures out of videos, labelled for training

Writes every N-th frame into DIR/frames, and each car of 100 px and more as a picture of its own
into DIR/cars. Beside each lies an XML file as labelImg writes it (Pascal VOC) with the boxes that
the detector found: correct them in labelImg, then train with scripts/train or measure with
'bokashi eval --data DIR'.

Options:
  --every N          take a frame in N
  --out DIR          write there
  --profile NAME     size of the detector's picture: 512, 640 or 960 (default by the model)
  --provider NAME    as for 'serve'

Example:
  bokashi extract gate.mp4 --every 30 --out pictures
`,
  doctor: `bokashi doctor [SOURCE]: check what this machine and a camera can do

Checks Deno, ffmpeg and its encoders, the model, and every execution provider by running the
network on it once. With a source it opens it and says what it is, or why it cannot be opened.
Ends with exit code 1 if something that 'serve' needs is missing.

Example:
  bokashi doctor rtsp://user:password@192.168.1.20/stream1
`,
};
